/** The scroll position belongs to the reader: new text is followed only from the bottom. */

/** Closer than this counts as the bottom. */
const NEAR_PX = 8;
/** Further than this offers the way back. */
const FAR_PX = 160;

export class Scroll {
  /** The newest text is out of sight. */
  away = $state(false);

  #area: HTMLElement | null = null;
  #following = true;
  #gliding = false;
  #last = 0;

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

  #rest(): number {
    const { scrollHeight, clientHeight, scrollTop } = this.#area!;
    return scrollHeight - clientHeight - scrollTop;
  }

  #scrolled(): void {
    const { scrollTop } = this.#area!;
    if (this.#rest() < NEAR_PX) this.#following = true;
    else if (scrollTop < this.#last - 2) this.#following = this.#gliding = false;
    this.#last = scrollTop;
    this.away = this.#rest() > FAR_PX;
  }

  #resized(): void {
    if (this.#following && !this.#gliding) this.#area!.scrollTop = this.#area!.scrollHeight;
    this.away = this.#rest() > FAR_PX;
  }
}
