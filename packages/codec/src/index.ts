export { CodecError, type CodecErrorCode } from './errors.js'
export { ascii, type HashDomain, hashWithDomain, sha256 } from './hash.js'
export { ByteReader } from './reader.js'
export { ByteWriter, u16le, u32le, u64le } from './writer.js'
