/** How units are started on this host. */
export interface ServiceControl {
  daemonReload(signal: AbortSignal): Promise<void>
  enable(units: readonly string[], signal: AbortSignal): Promise<void>
  disable(units: readonly string[], signal: AbortSignal): Promise<void>
  start(unit: string, signal: AbortSignal): Promise<void>
  stop(unit: string, signal: AbortSignal): Promise<void>
  restart(unit: string, signal: AbortSignal): Promise<void>
  isActive(unit: string, signal: AbortSignal): Promise<boolean>
}
