import type { SourcePatch } from '@montana/simulation'
import type { FormerBug } from '../former-bug.js'

/** Built modules, as the targets of the fuzzer load them. */
const built = (path: string, find: string, replace: string): SourcePatch => {
  const [name = '', ...file] = path.split('/')
  return { file: `packages/${name}/dist/${file.join('/')}`, find, replace }
}

const ANY_TEXT = ['JSON.parse(text, onlyWellFormed)', 'JSON.parse(text)'] as const

export const DECODER_BUGS: readonly FormerBug[] = [
  {
    id: 'FUZZ-1',
    expects: "[ 'a', '\\' ]",
    patches: [
      {
        file: 'packages/foundation/src/exact-json.ts',
        find: 'return keys.size === 0 ? value : renamed(JSON.parse(plain, reviver), keys)',
        replace: 'return keys.size === 0 || plain !== undefined ? value : renamed(value, keys)',
      },
    ],
  },
  {
    id: 'FUZZ-2',
    expects: "{ outcome: 'refused' }",
    patches: [built('breathing/merge/json.js', '!Number.isFinite(value)', 'false')],
  },
  { id: 'FUZZ-3', expects: "{ outcome: 'refused' }", patches: [built('mirror/fence/record.js', ...ANY_TEXT)] },
  {
    id: 'FUZZ-5',
    expects: "{ outcome: 'refused' }",
    patches: [
      built(
        'release/install/record.js',
        "const what = errorMessage(cause).split('\\n', 1)[0];",
        'throw cause;const what = 0;',
      ),
    ],
  },
  {
    id: 'FUZZ-6',
    expects: "{ outcome: 'refused' }",
    patches: [built('operator/defaults.js', 'yamlOf(bytes) ??', 'parse(new TextDecoder().decode(bytes)) ??')],
  },
  {
    id: 'FUZZ-7',
    expects: "{ outcome: 'refused' }",
    patches: [
      built(
        'release/archive/tar-reader.js',
        'headerOf(entry)?.equals(header) === true',
        'tarHeader(entry).equals(header)',
      ),
    ],
  },
  {
    id: 'FUZZ-8',
    expects: "{ outcome: 'refused' }",
    patches: [
      built('consensus/context.js', "checkOrder('evidenceSigners', context.evidenceSigners, compareBytes);", ''),
    ],
  },
  {
    id: 'FUZZ-9',
    expects: "{ outcome: 'refused' }",
    patches: [built('breathing/merge/decode.js', String.raw`.regex(/^(?:\/(?:[^~/]|~[01])*)*$/)`, '')],
  },
]
