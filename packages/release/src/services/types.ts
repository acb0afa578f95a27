/** What an installer asks of the manager of services; units are named with their suffix. Every wait ends with the signal. */
export interface ServiceControl {
  readonly kind: ServiceKind
  /** After unit files have changed. */
  daemonReload(signal: AbortSignal): Promise<void>
  /** At the next boot these are started; nothing is started now. */
  enable(units: readonly string[], signal: AbortSignal): Promise<void>
  disable(units: readonly string[], signal: AbortSignal): Promise<void>
  /** Resolves once it runs. Throws ReleaseError (SERVICE_FAILED); of a unit that runs already, nothing happens. */
  start(unit: string, signal: AbortSignal): Promise<void>
  /** Resolves once it is gone. */
  stop(unit: string, signal: AbortSignal): Promise<void>
  restart(unit: string, signal: AbortSignal): Promise<void>
  isActive(unit: string, signal: AbortSignal): Promise<boolean>
}

/** `systemd`: systemctl. `process`: the unit's own command line, for a root without a running systemd. `none`: files only. */
export type ServiceKind = 'systemd' | 'process' | 'none'
export const SERVICE_KINDS: readonly ServiceKind[] = ['systemd', 'process', 'none']
