import { errorMessage } from '@montana/foundation'
import type { z } from 'zod'
import { RefusalError } from '../errors.js'

/** What an upgrade wrote for later. Throws {@link RefusalError} RELEASE_RECORD that names the file. */
export function parseRecord<T>(text: string, form: z.ZodType<T>, file: string, remedy: string): T {
  try {
    return form.parse(JSON.parse(text))
  } catch (cause) {
    const what = errorMessage(cause).split('\n', 1)[0]
    throw new RefusalError('RELEASE_RECORD', `${file} cannot be read: ${what}`, { field: file, remedy, cause })
  }
}
