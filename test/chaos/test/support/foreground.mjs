// Runs the program in its arguments as the npm scripts do.
import { runForeground } from '../../../../scripts/lib/process.mjs'

process.exitCode = await runForeground(process.execPath, process.argv.slice(2), {})
