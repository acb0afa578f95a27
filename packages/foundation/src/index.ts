export { readBoundedFile } from './bounded-file.js'
export { bytesEqual, compareBytes, concatBytes, fromHex, toHex } from './bytes.js'
export type { Acquisition, Coordinator, Lease, Renewal } from './coordinator.js'
export { syncDirectory, writeFileDurably } from './durable-file.js'
export {
  AbortError,
  ConfigError,
  type ErrorJson,
  type ExitCode,
  errorCode,
  errorMessage,
  isAbort,
  MontanaError,
  type MontanaErrorInit,
  TimeoutError,
  UsageError,
} from './errors.js'
export { onlyWellFormed, parseExactJson } from './exact-json.js'
export { canonicalJson } from './json.js'
export { type Logger, silentLogger } from './logger.js'
export { makeDirectory } from './make-directory.js'
export {
  type Counter,
  type Gauge,
  type Histogram,
  type MetricInit,
  type MetricsRegistry,
  noMetrics,
} from './metrics.js'
export { samplesIn, TextMetrics } from './metrics-text.js'
export { nearest } from './nearest.js'
export { isClosedToOthers } from './private-file.js'
export { type RandomSource, seededRandom, systemRandom } from './random.js'
export { formatTime, systemTime, type TimeSource } from './time.js'
export { sleep, withTimeout } from './waits.js'
