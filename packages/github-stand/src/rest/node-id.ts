/** An opaque id in the manner of GitHub's. */
export function nodeId(kind: string, id: number | string): string {
  return `${kind.slice(0, 1)}_${Buffer.from(`${kind}:${id}`).toString('base64url')}`
}
