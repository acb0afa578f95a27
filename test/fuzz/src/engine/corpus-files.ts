import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inputName } from './finding.js'

/** `test/fuzz/corpus`, seen from `dist/engine`. */
export const CORPUS_FOLDER = join(import.meta.dirname, '..', '..', 'corpus')

/** The kept inputs of one target, by name; none where there is no folder. */
export function readCorpus(target: string, folder = CORPUS_FOLDER): Uint8Array[] {
  const path = join(folder, target)
  return namesIn(path).map((name) => readFileSync(join(path, name)))
}

/** Replaces the kept inputs of one target. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[], folder = CORPUS_FOLDER): void {
  const path = join(folder, target)
  const wanted = new Map(inputs.map((input) => [inputName(input), input]))
  mkdirSync(path, { recursive: true })
  for (const name of namesIn(path)) if (!wanted.has(name)) rmSync(join(path, name))
  for (const [name, input] of wanted) writeFileSync(join(path, name), input)
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}
