/** The clients of a browser, as `lab` of a page of the site's own origin. */
import { axiosProgress } from "./adapters/axios.js";
import { plain } from "./adapters/fetch.js";
import { microsoft } from "./adapters/microsoft.js";
import { native, nativeAfterPost } from "./adapters/native.js";
import { parser1, parser4 } from "./adapters/parsers.js";
import { rangermauve } from "./adapters/rangermauve.js";
import { Lab } from "./lab.js";

globalThis.lab = new Lab({ axiosProgress, microsoft, native, nativeAfterPost, parser1, parser4, plain, rangermauve });

/** An access token for the session of this page. */
globalThis.token = async () => {
  const [, csrf] = /csrftoken=([^;]*)/.exec(document.cookie);
  const response = await fetch("/api/auth/token", { method: "POST", headers: { "X-CSRFToken": csrf } });
  return (await response.json()).accessToken;
};
