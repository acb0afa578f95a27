import { errorMessage } from '@montana/foundation'
import { type Report, writeReport } from '@montana/soak'

/** Writes the report of a run; where that fails the run is judged all the same, and the user is told. */
export async function leaveReport(dir: string, report: Report, onLine: (line: string) => void): Promise<string | null> {
  try {
    await writeReport(dir, report)
    return dir
  } catch (error) {
    onLine(`soak: no report: ${errorMessage(error)}`)
    return null
  }
}
