package core

// Await submits a batch for a caller who waits by means of his own: wake is called as Submit calls done, and must do no more
// than to wake him. ErrNested if the caller's thread has the write transaction, for which the batch would wait; and the
// errors of Submit.
func (e *Env) Await(b *Batch, wake func(error)) error {
	if err := e.waitable(); err != nil {
		return err
	}
	return e.submit(submission{b, wake, true})
}
