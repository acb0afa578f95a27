const ERASE_LINE = '\r\u001b[K'

/** One line on the terminal behind stderr that is written over; silent where there is no terminal. */
export class ProgressLine {
  readonly #isOn: boolean
  #isShown = false

  constructor(isOn: boolean) {
    this.#isOn = isOn
  }

  show(line: string): void {
    if (!this.#isOn) return
    this.#isShown = true
    process.stderr.write(`${ERASE_LINE}${line}`)
  }

  clear(): void {
    if (this.#isShown) process.stderr.write(ERASE_LINE)
    this.#isShown = false
  }
}
