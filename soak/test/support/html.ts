/** An element as it stands in the text. */
export interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

export interface ParsedHtml {
  readonly tags: readonly Tag[]
  /** Text between the tags, decoded. */
  readonly text: string
}

const VOID = new Set(['meta', 'link', 'br'])
const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*(\/?)>/y
const ATTRIBUTE = /([a-zA-Z-]+)="([^"]*)"/g
const UNESCAPED = />|&(?!#\d+;|amp;|lt;|gt;|quot;)/

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

export function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|([a-z]+));/g, (_, number?: string, name?: string) => {
    if (number !== undefined) return String.fromCodePoint(Number(number))
    const found = NAMED[name ?? '']
    if (found === undefined) throw new Error(`unknown entity ${name}`)
    return found
  })
}

function attributesOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, decode(value)]))
}

class Reader {
  readonly tags: Tag[] = []
  readonly #open: string[] = []
  text = ''

  /** Text up to the next tag. */
  readText(piece: string): void {
    if (this.#open.at(-1) === 'style') return
    if (UNESCAPED.test(piece)) throw new Error(`unescaped: ${piece}`)
    this.text += decode(piece)
  }

  readTag([, closing, name = '', attributes = '', selfClosing]: RegExpExecArray): void {
    if (closing === '/') {
      if (this.#open.pop() !== name) throw new Error(`</${name}> closes another element`)
      return
    }
    this.tags.push({ name, attributes: attributesOf(attributes) })
    if (selfClosing !== '/' && !VOID.has(name)) this.#open.push(name)
  }

  end(): ParsedHtml {
    if (this.#open.length > 0) throw new Error(`left open: ${this.#open.join(' ')}`)
    return { tags: this.tags, text: this.text }
  }
}

/** Reads what the writer may write and throws on everything else: a stray `<`, `&` or quote, a tag left open. */
export function parseHtml(html: string): ParsedHtml {
  const body = html.replace(/^<!doctype html>/, '')
  const reader = new Reader()
  let at = 0
  while (at < body.length) {
    const start = body.indexOf('<', at)
    reader.readText(body.slice(at, start < 0 ? body.length : start))
    if (start < 0) break
    TAG.lastIndex = start
    const match = TAG.exec(body)
    if (match === null) throw new Error(`no tag at ${body.slice(start, start + 80)}`)
    reader.readTag(match)
    at = TAG.lastIndex
  }
  return reader.end()
}
