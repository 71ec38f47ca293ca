/** The scroll position belongs to the reader: new text is followed only from the bottom. */

/** Closer than this counts as the bottom. */
const NEAR_PX = 8;
/** Further than this offers the way back. */
const FAR_PX = 160;
/** The browser keeps what is read in its place by itself, and does not stop a scroll that is under way for it. */
const KEEPS = CSS.supports("overflow-anchor", "auto");

export class Scroll {
  /** The newest text is out of sight. */
  away = $state(false);

  #area: HTMLElement | null = null;
  #following = true;
  #gliding = false;
  #last = 0;
  /** What stays in its place, and where it stood. */
  #mark: { element: Element; top: number } | null = null;

  /** `onmove`: another part of what is in `area` may be seen. */
  constructor(private readonly onmove: (area: HTMLElement) => void) {}

  /** Attach to the scrolling element; its only child grows. */
  attach = (area: HTMLElement): (() => void) => {
    this.#area = area;
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(area);
    observer.observe(area.firstElementChild!);
    const onscroll = (): void => this.#scrolled();
    area.addEventListener("scroll", onscroll, { passive: true });
    return () => {
      observer.disconnect();
      area.removeEventListener("scroll", onscroll);
    };
  };

  toBottom(): void {
    const area = this.#area;
    if (!area) return;
    this.#following = true;
    if (this.#rest() < 1) return;
    this.#gliding = true;
    const done = (): void => {
      clearTimeout(timer);
      area.removeEventListener("scrollend", done);
      this.#gliding = false;
      this.#resized();
    };
    const timer = setTimeout(done, 600);
    area.addEventListener("scrollend", done);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    area.scrollTo({ top: area.scrollHeight, behavior: calm ? "instant" : "smooth" });
  }

  /** Change what is shown without moving the element that `at` finds before and after. */
  async steady(at: () => Element | null, change: () => Promise<void>): Promise<void> {
    const before = at()?.getBoundingClientRect().top;
    this.#following = this.#gliding = false;
    await change();
    const after = at()?.getBoundingClientRect().top;
    if (this.#area && before !== undefined && after !== undefined) this.#area.scrollTop += after - before;
  }

  /** Before something above what is read changes its height: the first of these that begins in view will stay there. */
  mark(candidates: Iterable<Element>): void {
    this.#mark = null;
    if (KEEPS || this.#following || !this.#area) return;
    const view = this.#area.getBoundingClientRect();
    for (const element of candidates) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > view.top && top < view.bottom) this.#mark = { element, top };
      if (top >= view.top) return;
    }
  }

  /** After that. */
  restore(): void {
    if (!this.#mark?.element.isConnected) return;
    const moved = this.#mark.element.getBoundingClientRect().top - this.#mark.top;
    if (moved !== 0) this.#area!.scrollTop += moved;
    this.#mark = null;
  }

  /** To the end at once: what lies between is not there to be seen. */
  jump(): void {
    this.#following = true;
    this.#resized();
  }

  /** Bring the element to the top. */
  to(element: Element): void {
    this.#following = this.#gliding = false;
    element.scrollIntoView({ block: "start" });
  }

  #rest(): number {
    const { scrollHeight, clientHeight, scrollTop } = this.#area!;
    return scrollHeight - clientHeight - scrollTop;
  }

  #scrolled(): void {
    const { scrollTop } = this.#area!;
    if (this.#rest() < NEAR_PX) this.#following = true;
    else if (scrollTop < this.#last - 2) this.#following = this.#gliding = false;
    this.#last = scrollTop;
    this.#moved();
  }

  #resized(): void {
    if (this.#following && !this.#gliding) this.#area!.scrollTop = this.#area!.scrollHeight;
    this.#moved();
  }

  #moved(): void {
    this.away = this.#rest() > FAR_PX;
    this.onmove(this.#area!);
  }
}
