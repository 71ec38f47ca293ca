/** Events of a text that comes in pieces, for clients that leave this to their user. Our lines end with LF. */
export function lines(take) {
  let rest = "";
  let [id, event, data] = ["", "", []];
  return (text) => {
    const whole = (rest + text).split("\n");
    rest = whole.pop();
    for (const line of whole) {
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (field === "id") id = value;
      else if (field === "event") event = value;
      else if (field === "data") data.push(value);
      else if (line === "") {
        if (data.length) take({ id, event, data: data.join("\n") });
        [event, data] = ["", []];
      }
    }
  };
}
