/** The words of Pull the plug: loaded with it. */

import { words } from "../../../i18n";
import en from "./en.json";
import zhHans from "./zh-Hans.json";

export const { t, tn } = words<keyof typeof en>(en, zhHans);
