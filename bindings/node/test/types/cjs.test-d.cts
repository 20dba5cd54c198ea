// Do the types hold for a program that requires the package, and are the classes the same?
import slmdb = require('scoped-lmdb')

const env: slmdb.Env = slmdb.open('data')
const users: slmdb.Database<string, { age: number }> = env.database<string, { age: number }>('users')
const user: { age: number } | undefined = env.read((txn: slmdb.Txn) => users.get(txn, 'tenant', 'alice'))
console.log(user?.age)
env.close()
