import { appendFile } from 'node:fs/promises'
import type { Values } from '../config/settings.js'
import { HEALTHY, type ScriptAnswer } from './answer.js'

/**
 * Gives the steps that follow the epoch in which they act: the variable may be older than the record, and receivers are
 * handed `<epoch>:<action>`. Spec repository-mirror 9.2 rule 4.
 */
export async function handOver({ GITHUB_ENV: file }: Values, answer: ScriptAnswer): Promise<ScriptAnswer> {
  const { epoch } = answer.result
  if (answer.exitCode === HEALTHY && file && typeof epoch === 'number') {
    await appendFile(file, `MIRROR_EPOCH=${epoch}\n`)
  }
  return answer
}
