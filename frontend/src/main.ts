import { mount } from "svelte";
import "../../static/css/tokens.css";
import "./app.css";
import App from "./App.svelte";
import { turn } from "./conversation/lazy";
import { markdown } from "./markdown/lazy";
import { followViewport } from "./ui/viewport";

followViewport();
mount(App, { target: document.getElementById("app")! });
void turn.load();
void markdown.load();
