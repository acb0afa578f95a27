import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Coverage, targetsOf, tryInput } from '@montana/fuzz'
import { expect, it } from 'vitest'
import { same } from '../src/targets/same.js'

const FOLDER = join(import.meta.dirname, '..', 'findings')

/** What the fuzzer found and was mended: the file of that name broke a rule of the target, and is refused since. */
const FOUND: readonly (readonly [file: string, target: string, what: string])[] = [
  ['breath-json-infinity', 'failover/breath-json', 'a number beyond all numbers became null'],
  ['breath-registers-pointer', 'failover/breath-registers', 'a field under two spellings, of which chance chose one'],
  ['fence-record-surrogate', 'mirror/fence-record', 'a record that could be read and not be written'],
  ['return-notice-surrogate', 'mirror/return-notice', 'a notice that could be read and not be written'],
  ['sentinel-surrogate', 'mirror/sentinel', 'a document that could be read and not be written'],
  ['registry-surrogate', 'documents/registry', 'an error without a code for a text that nobody can sign'],
  ['release-json-torn', 'documents/release-json', 'an error without a code for a torn file'],
  ['release-history-number', 'documents/release-history', 'an error without a code for a file that is none'],
  ['upgrade-journal-torn', 'documents/upgrade-journal', 'an error without a code for a torn file'],
  ['installed-yaml', 'documents/installed-yaml', 'an error without a code for a file that is no YAML'],
  ['tar-name', 'documents/tar', 'a RangeError for a name that no archive of ours has'],
  ['certificate-date', 'failover/peer-certificate', 'a certificate that never ends, for its end cannot be read'],
  ['wards-infinity', 'failover/wards', 'a ward that would never end'],
  ['ext-error-utf8', 'network/ext-error', 'a text that is no UTF-8 and grew when written again'],
  ['context-order', 'consensus/context', 'signers that do not ascend'],
]

it('a zero with a sign is the zero that JSON writes', () => {
  expect(same(JSON.parse(JSON.stringify([{ count: -0 }])), [{ count: -0 }])).toBeUndefined()
  expect(same([{ count: 1 }], [{ count: -1 }])).toBe('what it writes is read as another')
})

it.each(FOUND)('%s: %s refuses it; %s', async (file, name) => {
  const targets = await targetsOf(name.split('/')[0] as string)
  const target = targets.find((candidate) => candidate.name === name)
  if (!target) throw new Error(`no target ${name}`)
  const trial = await tryInput(target, readFileSync(join(FOLDER, file)), new Coverage())
  expect(trial).toEqual({ outcome: 'refused' })
})
