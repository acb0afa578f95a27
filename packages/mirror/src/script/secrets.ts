import type { Values } from '../config/settings.js'

/** Names under which secrets are handed over. */
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|WEBHOOK|_KEY$/

/** Values of the environment that no output may hold, known before any of it is read. */
export function secretsOf(environment: Values): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => (SECRET_NAME.test(name) && value ? [value] : []))
}
