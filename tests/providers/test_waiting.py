"""Forms that wait for a provider, on the real server."""

import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.chat import Chat
from tests.live.test_socket import signed_in
from tests.site import Site

FORMS = 10  # more than there are lanes


def test_a_provider_that_hangs_keeps_none_waiting_but_who_connects_it(site: Site) -> None:
    admin, bob = signed_in(site, "admin"), Chat(site.url, site.user("bob"))
    fields: dict[str, str | None] = dict.fromkeys(("api_key", "name", "proxy", "names"), "")
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(FORMS) as browsers:
        silent.settimeout(60)
        fields["base_url"] = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        fields["csrfmiddlewaretoken"] = admin.cookies["csrftoken"]
        connect = partial(admin.post, f"{site.url}/connect/new", data=fields, timeout=120)
        forms = [browsers.submit(connect) for _ in range(FORMS)]
        with silent.accept()[0]:
            assert bob.call("GET", "me").ok
            assert not [form for form in forms if form.done()]
            silent.close()
        assert {form.result().status_code for form in forms} == {422}
