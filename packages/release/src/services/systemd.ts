import { ReleaseError } from '../errors.js'
import { runProgram } from './run.js'
import type { ServiceControl } from './types.js'

/** By systemctl, which waits for each job itself; `root` is another system's tree, of which units are only enabled. */
export function systemdServices(root: string): ServiceControl {
  const options = root === '/' ? [] : [`--root=${root}`]
  const systemctl = async (signal: AbortSignal, verb: string, ...units: string[]) => {
    const { code, stderr } = await runProgram('systemctl', [...options, '--no-ask-password', verb, ...units], signal)
    if (code === 0) return
    const [line = `code ${code}`] = stderr.trim().split('\n')
    const remedy = units[0] ? `see journalctl -u ${units[0]}` : 'see journalctl'
    throw new ReleaseError('SERVICE_FAILED', `systemctl ${verb} ${units.join(' ')}: ${line}`, { remedy })
  }
  /** Starts that failed before count against the limit of the unit, and the way back must not be refused for them. */
  const anew = async (signal: AbortSignal, verb: string, unit: string) => {
    await runProgram('systemctl', ['reset-failed', unit], signal)
    await systemctl(signal, verb, unit)
  }
  return {
    kind: 'systemd',
    daemonReload: (signal) => systemctl(signal, 'daemon-reload'),
    enable: (units, signal) => systemctl(signal, 'enable', ...units),
    disable: (units, signal) => systemctl(signal, 'disable', ...units),
    start: (unit, signal) => anew(signal, 'start', unit),
    stop: (unit, signal) => systemctl(signal, 'stop', unit),
    restart: (unit, signal) => anew(signal, 'restart', unit),
    isActive: async (unit, signal) =>
      (await runProgram('systemctl', ['is-active', '--quiet', unit], signal)).code === 0,
  }
}
