// What src/addon exports. What has no arguments here takes them from the frame (lib/native.js).

export interface Addon {
  readonly version: string
  readonly frameSlots: number
  attach(frame: Float64Array, request: Uint8Array, answer: Uint8Array): void
  message(): string
  openHandles(): number

  envOpen(): void
  envClose(): void
  envRelease(): void
  envGrow(): void
  registryPrune(): void

  scopeOpen(): void
  scopeClose(): void

  dbOpen(): void
  dbGet(): void
  dbPut(): void
  dbPutBytes(value: Uint8Array): void
  dbDelete(): void
  dbClear(): void

  txnBegin(): void
  txnCommit(): void
  txnAbort(): void

  cursorOpen(): void
  registryList(): void
  cursorPage(): void
  cursorClose(): void

  signalsCheck(): void
  signalsChildWatched(): boolean
  signalsLacking(): number
}
