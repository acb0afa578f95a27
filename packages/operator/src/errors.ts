import { ConfigError } from '@montana/foundation'
import type { Check } from './doctor/check.js'

/** At least one check is red; nothing was changed. Exit 78. */
export class DoctorError extends ConfigError {
  constructor(red: readonly Check[]) {
    const [first] = red
    const others = red.length > 1 ? `, and ${red.length - 1} more` : ''
    super(`${first?.id}: ${first?.value}${others}`, {
      code: 'DOCTOR_RED',
      ...(first && { field: first.id }),
      ...(first?.remedy && { remedy: first.remedy }),
    })
    this.name = 'DoctorError'
  }
}
