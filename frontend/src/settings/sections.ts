import type { Component } from "svelte";
import type { IconName } from "../ui/icons";
import type { Me, Model } from "../wire";
import Appearance from "./Appearance.svelte";
import Data from "./Data.svelte";
import DefaultModel from "./DefaultModel.svelte";
import Keys from "./keys/Keys.svelte";
import Language from "./Language.svelte";
import Profile from "./Profile.svelte";
import Prompts from "./prompts/Prompts.svelte";

/** What every section is given. */
export interface Given {
  me: Me;
  models: Model[];
  /** The server has taken a change. */
  onme: (me: Me) => void;
}

/** In the order of the list; `id` stands in the address and is the word for its title. */
export const sections = [
  { id: "profile", icon: "person", component: Profile },
  { id: "language", icon: "language", component: Language },
  { id: "appearance", icon: "light", component: Appearance },
  { id: "model", icon: "model", component: DefaultModel },
  { id: "prompts", icon: "prompt", component: Prompts },
  { id: "keys", icon: "key", component: Keys },
  { id: "data", icon: "data", component: Data },
] as const satisfies { id: string; icon: IconName; component: Component<Given> }[];
