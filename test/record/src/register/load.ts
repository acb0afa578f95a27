import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, errorMessage } from '@montana/foundation'
import { type Register, registerSchema } from './schema.js'
import { sumFaults } from './sums.js'
import { tallyFaults } from './tallies.js'

export const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
export const REGISTER_FILE = join(ROOT, 'docs', 'findings.json')

/** The register, held to its form, its tallies and its sums; REGISTER_INVALID names everything that is wrong. */
export function loadRegister(file = REGISTER_FILE): Register {
  return judge(readRegister(readFileSync(file, 'utf8')))
}

/** Form alone. */
export function readRegister(text: string): Register {
  try {
    return registerSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw invalid(errorMessage(cause), 'give each entry the form of test/record/src/register/schema.ts', cause)
  }
}

export function judge(register: Register): Register {
  const faults = [...tallyFaults(register), ...sumFaults(register)]
  if (faults.length > 0) throw invalid(faults.join('; '), 'put back what was changed, or seal what was added')
  return register
}

function invalid(message: string, remedy: string, cause?: unknown): ConfigError {
  return new ConfigError(message, { code: 'REGISTER_INVALID', field: 'docs/findings.json', remedy, cause })
}
