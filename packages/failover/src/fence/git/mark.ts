import { type Epoch, parseEpoch } from '../../epoch.js'

/** What the epoch ref of a repository says. */
export interface FenceMark {
  readonly epoch: Epoch
  /** Grows by one with every fenced push, whoever made it. */
  readonly sequence: number
}

/** The message of the commit of an epoch ref; `nonce` keeps two writers of the same mark apart. */
export function markText({ epoch, sequence }: FenceMark, nonce: string): string {
  return `montana epoch\n\nMontana-Epoch: ${epoch}\nMontana-Sequence: ${sequence}\nMontana-Nonce: ${nonce}\n`
}

const MARK =
  /^montana epoch\n\nMontana-Epoch: (\d{1,20})\nMontana-Sequence: (\d{1,15})\nMontana-Nonce: [0-9a-f]{1,64}\n?$/

/** Undefined for a commit that is no mark. */
export function parseMark(text: string): FenceMark | undefined {
  const [, digits = '', sequence] = MARK.exec(text) ?? []
  const epoch = parseEpoch(digits)
  return epoch === undefined ? undefined : { epoch, sequence: Number(sequence) }
}
