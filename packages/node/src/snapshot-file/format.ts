/**
 * A snapshot file: `"mtsnap" ‖ version u16`, then sections. A section is
 * `type u8 ‖ 0 × 3 ‖ index u32 ‖ length u32 ‖ SHA-256(the 12 bytes before ‖ payload) ‖ payload`, indices ascend from 0.
 * The first four are the genesis document, the manifest, the envelope and the certificate of one window; then come the
 * records of its tables in range chunks (spec protocol 15.5): nodes, candidates, accounts, each table in tree order from
 * the first key to the last; the last section counts them and has the SHA-256 of all bytes before it but the payloads,
 * which the digests cover. Integers are little-endian.
 */
export const MAGIC = new TextEncoder().encode('mtsnap')
export const VERSION = 1
export const PREAMBLE_BYTES = MAGIC.length + 2
/** Type, index and length, which the digest of the section covers. */
export const TAG_BYTES = 12
export const DIGEST_BYTES = 32

export const SECTION = { genesis: 1, manifest: 2, envelope: 3, certificate: 4, records: 5, end: 6 } as const
export type SectionName = keyof typeof SECTION

/** In the order of the file; then records, then the end. */
export const HEAD_SECTIONS = ['genesis', 'manifest', 'envelope', 'certificate'] as const

/**
 * Longest payload of each section, checked before anything of it is read into memory. Genesis: 64 operators; manifest and
 * envelope: spec transport 14.1 and protocol 10.1; certificate: every member of an envelope; records: what one answer of
 * the mesh holds, so that a chunk of a file is one that a peer could have sent.
 */
export const SECTION_MAX_BYTES: Readonly<Record<SectionName, number>> = {
  genesis: 262_144,
  manifest: 265_894,
  envelope: 1_048_560,
  certificate: 1_048_576,
  records: 1_048_576,
  end: 48,
}

export const END_BYTES = SECTION_MAX_BYTES.end

/** What refusals call a section: its place decides, because its type byte may be what is wrong. */
export function nameOf(index: number, type: number): string {
  const head = HEAD_SECTIONS[index]
  if (head) return head
  return type === SECTION.end ? 'end' : `records ${index - HEAD_SECTIONS.length}`
}
