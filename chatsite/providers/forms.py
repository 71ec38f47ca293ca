"""What an administrator enters to connect a provider. Secrets go in and never come out again."""

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from chatsite.providers.models import DEFAULT, MAX_NAME, Provider, Target
from chatsite.providers.presets import preset_of

MASK = "•••"  # stands for the proxy's password


def _url(value: str, message: Any) -> SplitResult:
    """An http or https URL with a host. ValidationError(message) otherwise."""
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket too many
        known = False
    if not known or re.search(r"[\s\\]", value):
        raise forms.ValidationError(message)
    return parts


if TYPE_CHECKING:  # only the stubs know that a form is generic
    _ModelForm = forms.ModelForm[Provider]
else:
    _ModelForm = forms.ModelForm


class ProviderForm(_ModelForm):
    """Connect a provider, or change how it is reached. Without a new key the stored one stays."""

    forget_key = forms.BooleanField(label=_("Forget the stored key"), required=False)
    names = forms.CharField(
        label=_("Model names"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for a provider that does not list its models: their names, with commas or a line each."),
    )

    class Meta:
        model = Provider
        fields: ClassVar = ["api_key", "base_url", "name", "proxy"]
        widgets: ClassVar = {
            "api_key": forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "base_url": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
            "proxy": forms.TextInput(
                attrs={
                    "inputmode": "url",
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "placeholder": "http://proxy:3128",
                }
            ),
        }
        help_texts: ClassVar = {
            "proxy": _("Only when this server reaches the provider through an HTTP proxy. Usually empty."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) or "" for name in ("base_url", "api_key", "proxy")}
        self.fields["name"].required = False
        self.fields["api_key"].widget.attrs["maxlength"] = 1000
        if self.instance.pk:
            del self.fields["names"]
            self.initial["proxy"] = masked(self.stored["proxy"])
        if not self.stored["api_key"]:
            del self.fields["forget_key"]
        else:
            self.fields["api_key"].help_text = _("A key is stored. Leave this empty to keep it.")

    def clean_api_key(self) -> str:
        key = str(self.cleaned_data["api_key"] or "").strip()
        if not key.isascii() or not key.isprintable() or " " in key or len(key) > 1000:
            raise forms.ValidationError(_("A key has neither spaces nor special characters. Copy it again."))
        return key

    def clean_base_url(self) -> str:
        """Without what people copy along: a last slash, the path of the call itself."""
        value = self.cleaned_data["base_url"].strip()
        parts = _url(value, _("An address begins with http:// or https://, for example https://api.example.org/v1."))
        if parts.username or parts.query or parts.fragment:
            raise forms.ValidationError(_("The address must not hold a user name, a question mark or a hash."))
        path = re.sub(r"(/chat/completions|/models)?/*$", "", parts.path)
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    def clean_proxy(self) -> str:
        value = str(self.cleaned_data["proxy"] or "").strip()
        if not value:
            return ""
        if value == masked(self.stored["proxy"]):
            return self.stored["proxy"]
        _url(value, _("A proxy looks like http://proxy:3128 or http://user:password@proxy:3128."))
        if MASK in value:
            raise forms.ValidationError(_("The proxy has changed: enter its password again."))
        return value

    def clean_names(self) -> list[str]:
        names = [name.strip() for name in re.split(r"[,，、\n]", self.cleaned_data["names"])]
        names = list(dict.fromkeys(name for name in names if name))
        if any(len(name) > MAX_NAME or not name.isprintable() for name in names):
            raise forms.ValidationError(_("These are not names of models."))
        return names

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("api_key") and not data.get("forget_key"):
            if self.stored["api_key"] and self._leads_elsewhere(data):
                self.add_error("api_key", _("The key would now go somewhere else: enter it again."))
            data["api_key"] = self.stored["api_key"]
        if "base_url" in data and not data.get("name"):
            preset = preset_of(data["base_url"])
            data["name"] = (preset.name if preset else urlsplit(data["base_url"]).netloc)[:60]
        return data

    def _leads_elsewhere(self, data: dict[str, Any]) -> bool:
        """Whether a stored key would be shown to somebody new: that way it could be read out."""
        old, new = urlsplit(self.stored["base_url"]), urlsplit(data.get("base_url") or "")
        by_proxy = new.scheme == "http" and data.get("proxy", "") != self.stored["proxy"]
        return (old.scheme, old.netloc) != (new.scheme, new.netloc) or by_proxy

    @property
    def target(self) -> Target:
        """How to reach what was entered (after is_valid)."""
        data = self.cleaned_data
        return Target(DEFAULT, DEFAULT, data["base_url"], data["api_key"], data["proxy"])


def masked(proxy: str | None) -> str:
    """A proxy's address as it may be shown."""
    parts = urlsplit(proxy or "")
    if not parts.password:
        return proxy or ""
    return (proxy or "").replace(f":{parts.password}@", f":{MASK}@", 1)
