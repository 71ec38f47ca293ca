/** Words that only answers need. */

import { words } from "../../i18n";
import en from "./en.json";
import zhHans from "./zh-Hans.json";

export const { t } = words(en, zhHans);
