import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const ELF_MAGIC = 0x7f454c46
const ELF_HEADER_BYTES = 64

/**
 * A library that was cut short (a full disk, an interrupted copy) kills the process inside the dynamic loader, where nothing
 * can be caught. Its section table lies at the very end, so the header tells. Other formats are left to their loaders.
 */
export function assertWhole(path: string): void {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(ELF_HEADER_BYTES)
    const length = readSync(file, header, 0, ELF_HEADER_BYTES, 0)
    const { size } = fstatSync(file)
    const isElf = length >= 4 && header.readUInt32BE(0) === ELF_MAGIC
    if (isElf && (length < ELF_HEADER_BYTES || sectionTableEnd(header) > size)) throw new Error('the file is cut short')
  } finally {
    closeSync(file)
  }
}

/** e_shoff + e_shentsize · e_shnum of a 64-bit little-endian header. */
function sectionTableEnd(header: Buffer): number {
  return Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60)
}
