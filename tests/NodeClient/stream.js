import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

// Opens a stream, catches up, pushes a customer, and receives its result and the row.
export async function useStream(connection) {
  const stream = connection.open('SyncService', 'SyncStream');
  const messages = stream[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await messages.next();
    assert.ok(!done, 'the stream ended');
    return value;
  };

  stream.write({ hello: { device_id: randomUUID(), app_version: 'node/1', protocol_version: 1, next_client_seq: 1 } });
  const { welcome } = await next();
  assert.equal(welcome.user_id, connection.user.id);
  let cursor;
  for (let isCaughtUp = false; !isCaughtUp;) {
    const { delta } = await next();
    if (!delta) continue;
    cursor = delta.cursor;
    isCaughtUp = delta.checkpoint;
  }
  stream.write({ cursor_ack: { cursor } });

  const operation = {
    id: randomUUID(),
    client_seq: 1,
    kind: 'OPERATION_KIND_CREATE',
    entity: { customer: { id: randomUUID(), name: 'Pushed by Node', address: '1 Stream Road' } },
  };
  stream.write({ push_batch: { operations: [operation] } });
  let result, row;
  while (!result || !row) {
    const message = await next();
    result ??= message.push_result?.results.find(each => each.operation_id === operation.id);
    row ??= message.delta?.changes.find(each => each.entity?.customer?.id === operation.entity.customer.id);
  }
  assert.equal(result.outcome, 'OPERATION_OUTCOME_APPLIED');
  assert.equal(row.entity.customer.name, 'Pushed by Node');
  stream.end();
  while (!(await messages.next()).done);
  connection.calls++;
  console.log('ok SyncService.SyncStream');
}
