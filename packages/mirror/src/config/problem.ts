import { ConfigError } from '@montana/foundation'

/** One reason to refuse a configuration. None of its texts holds the value of a secret. */
export interface ConfigProblem {
  readonly code: 'CONFIG_INVALID' | 'CONFIG_UNKNOWN_KEY'
  /** The key. */
  readonly field: string
  /** What is wrong: a sentence that begins with the key. */
  readonly message: string
  /** What to do, as an imperative. */
  readonly remedy: string
}

export function invalid(field: string, fault: string, remedy: string): ConfigProblem {
  return { code: 'CONFIG_INVALID', field, message: `${field} ${fault}`, remedy }
}

/** All problems in one error, so that nobody corrects them one start at a time. Spec repository-mirror 3. */
export function configError(problems: readonly ConfigProblem[]): ConfigError {
  const [first] = problems
  const metadata = { problems }
  if (first !== undefined && problems.length === 1) return new ConfigError(first.message, { ...first, metadata })
  const lines = problems.map(({ message, remedy }) => `  ${message}; ${remedy}`)
  return new ConfigError([`${problems.length} settings are wrong`, ...lines].join('\n'), {
    code: first?.code ?? 'CONFIG_INVALID',
    field: first?.field ?? 'MIRROR_ENABLED',
    remedy: 'correct all of them; nothing of the configuration was taken',
    metadata,
  })
}
