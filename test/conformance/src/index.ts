export { loadVectorFile, UnusableFile, type VectorFile } from './load.js'
export { type Failure, type FileReport, type Report, reportAll, reportFile, unusableFile } from './report.js'
export { runFiles } from './run.js'
export { formatReport } from './text.js'
