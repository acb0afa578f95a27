/** So many listed words in a row are a recovery phrase, or a part of one; sentences rarely have as many. */
const PHRASE_WORDS = 6
/** Between two words of a phrase: white space, quotes and commas, the number of a list. */
const GAP_MAX = 12
const WORD = /\p{L}+/gu
/** Line ends as JSON writes them; their letters are no words. */
const ESCAPES = /\\[nrt]/g

interface Run {
  readonly start: number
  end: number
  words: number
}

/** Replaces runs of words that are all in the list (lower case), and leaves the sentence around them. Pure. */
export function redactPhrases(text: string, list: ReadonlySet<string>): string {
  const kept: string[] = []
  let from = 0
  for (const { start, end } of phrasesIn(text.replaceAll(ESCAPES, '  '), list)) {
    kept.push(text.slice(from, start), '<words>')
    from = end
  }
  return from === 0 ? text : `${kept.join('')}${text.slice(from)}`
}

function phrasesIn(text: string, list: ReadonlySet<string>): Run[] {
  const phrases: Run[] = []
  let run: Run | undefined
  for (const { 0: word, index } of text.matchAll(WORD)) {
    run = list.has(word.toLowerCase()) ? extended(run, index, index + word.length) : undefined
    if (run?.words === PHRASE_WORDS) phrases.push(run)
  }
  return phrases
}

function extended(run: Run | undefined, start: number, end: number): Run {
  if (!run || start - run.end > GAP_MAX) return { start, end, words: 1 }
  run.end = end
  run.words++
  return run
}
