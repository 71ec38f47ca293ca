/** Words that only messages need, which an empty page has none of. */

import { words } from "../../i18n";
import en from "./en.json";
import zhHans from "./zh-Hans.json";

export const { t } = words(en, zhHans);
