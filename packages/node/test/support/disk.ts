import { silentLogger, systemTime } from '@montana/foundation'
import { onTestFinished } from 'vitest'
import { DiskGate, type DiskGateModules } from '../../src/runtime/disk-gate.js'

/** The gate of a node in a test; what is fatal fails the test. */
export function diskGate(modules: Partial<DiskGateModules> = {}): DiskGate {
  const onFatal = (error: unknown) => {
    throw error
  }
  const gate = new DiskGate({ time: systemTime, logger: silentLogger, onRefused: () => {}, onFatal, ...modules })
  onTestFinished(() => gate.stop())
  return gate
}
