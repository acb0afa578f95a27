const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-\d-.*\n)*oid sha256:([0-9a-f]{64})\nsize \d+\n$/
const NEW_LINE = 0x0a

/** Id of the LFS object that a blob stands for; null for any other blob. */
export function pointerOf(content: string): string | null {
  return POINTER.exec(content)?.[1] ?? null
}

export function isLfsAttributes(content: string): boolean {
  return /\bfilter=lfs\b/.test(content)
}

/** Reads `git cat-file --batch`: object id and content, as Latin-1 because what counts here is ASCII. */
export function* parseBlobs(bytes: Buffer): Generator<readonly [id: string, content: string]> {
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf(NEW_LINE, at)
    const [id = '', , size = ''] = bytes.toString('latin1', at, end).split(' ')
    const from = end + 1
    const length = size === '' ? Number.NaN : Number(size)
    if (end < 0 || !Number.isInteger(length)) return
    yield [id, bytes.toString('latin1', from, from + length)]
    at = from + length + 1
  }
}
