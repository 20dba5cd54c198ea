// What src/addon exports. What has no arguments here takes them from the frame (lib/native/frame.js).

/** Bytes that did not fit into the answer. */
type Large = Buffer | undefined

export interface Addon {
  readonly version: string
  readonly frameSlots: number
  attach(frame: Float64Array, request: Uint8Array, answer: Uint8Array): void
  attachSlab(slab: Uint8Array): void
  message(): string
  openHandles(): number

  envOpen(): void
  envClose(): void
  envRelease(): void
  envGrow(): void
  envStat(): void

  scopeOpen(): void
  scopeClose(): void

  dbOpen(): void
  dbDescribe(): void
  dbList(): void
  dbGet(): void
  dbGetBytes(): void
  dbGetMany(): void
  dbContains(): void
  dbFind(): Large
  dbIsEmpty(): void
  dbCount(): void
  dbStat(): void
  dbPut(): void
  dbPutBytes(value: Uint8Array): void
  dbPutIfAbsent(): void
  dbReplace(): Large
  dbPop(): Large
  dbCompareAndSwap(): void
  dbPutMany(): void
  dbDelete(): void
  dbDeleteRange(): void
  dbClear(): void

  txnBegin(): void
  txnChild(): void
  txnIsNewest(): void
  txnCommit(): void
  txnAbort(): void

  cursorOpen(): void
  cursorPage(): void
  cursorSeek(): void
  cursorClose(): void

  registryList(): void
  registryId(): void
  registryRegister(): void
  registryRename(): void
  registryDrop(): void
  registryPrune(): void

  batchOpen(): void
  batchAdd(): void
  batchSubmit(): void
  batchClose(): void
  batchOne(): void
  gatherOpen(): void
  gatherAdd(): void
  gatherSubmit(): void
  gatherDrop(): void
  listen(
    callback: (count: number, id?: number, status?: number, message?: string, answer?: Buffer, index?: number) => void,
    ids: Float64Array
  ): void
  settle(): void

  workStart(): void
  workProgress(): void
  workCancel(): void
  workForget(): void

  signalsCheck(): void
  signalsChildWatched(): boolean
  signalsLacking(): number
}
