import { mount } from "svelte";
import "../../static/css/tokens.css";
import "./app.css";
import App from "./App.svelte";
import { markdown } from "./markdown/lazy.svelte";
import { followViewport } from "./ui/viewport";

followViewport();
mount(App, { target: document.getElementById("app")! });
void markdown.load();
