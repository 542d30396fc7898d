import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

// Calls each service: what it makes, it reads, changes and puts away again.
export async function callServices(connection) {
  await auth(connection);
  const customer = await customers(connection);
  const job = await jobs(connection, customer);
  await materials(connection, job);
  await users(connection);
  await activity(connection, customer);
  await operations(connection);
  await serviceAccounts(connection);
  await sync(connection);
  await connection.call('JobService', 'DeleteJob', { job_id: job.id });
  await connection.expectError('NOT_FOUND', 'ROW_NOT_FOUND', 'JobService', 'GetJob', { job_id: job.id });
}

async function auth(connection) {
  await connection.expectError('UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'AuthService', 'Login', { email: 'owner@khscrm.com', password: 'wrong' });
  const { tokens } = await connection.call('AuthService', 'RefreshToken', { refresh_token: connection.refreshToken });
  connection.useToken(tokens.access_token);
  const { sessions } = await connection.call('AuthService', 'ListSessions', {});
  assert.ok(sessions.length >= 1);
}

async function customers(connection) {
  const request = { customer: { name: 'Node Byron', address: '12 Mill Lane', phone: '555-0199' }, request_id: randomUUID() };
  const { customer } = await connection.call('CustomerService', 'CreateCustomer', request);
  assert.deepEqual(await connection.call('CustomerService', 'CreateCustomer', request), { customer }, 'the same request makes nothing else');
  assert.deepEqual(await connection.call('CustomerService', 'GetCustomer', { customer_id: customer.id }), { customer });
  const update = { customer: { id: customer.id, notes: 'Ring twice', etag: customer.etag }, update_mask: { paths: ['notes'] } };
  const updated = await connection.call('CustomerService', 'UpdateCustomer', update);
  assert.equal(updated.customer.notes, 'Ring twice');
  update.customer.notes = 'Knock';
  await connection.expectError('ABORTED', 'CONFLICT', 'CustomerService', 'UpdateCustomer', update);
  await connection.expectError('INVALID_ARGUMENT', 'FIELD_INVALID', 'CustomerService', 'CreateCustomer', { customer: { address: '1 Road' } });
  const found = await connection.call('CustomerService', 'SearchCustomers', { query: 'node mill' });
  assert.ok(found.matches.some(match => match.customer.id === customer.id));
  const missing = randomUUID();
  const batch = await connection.call('CustomerService', 'BatchGetCustomers', { customer_ids: [customer.id, missing] });
  assert.deepEqual([batch.customers[0].id, batch.missing_ids], [customer.id, [missing]]);
  assert.ok((await allPages(connection, 'CustomerService', 'ListCustomers', 'customers')).some(each => each.id === customer.id));
  await connection.call('CustomerService', 'ArchiveCustomer', { customer_id: customer.id });
  await connection.call('CustomerService', 'RestoreCustomer', { customer_id: customer.id });
  return customer;
}

async function jobs(connection, customer) {
  const { job } = await connection.call('JobService', 'CreateJob', {
    job: { title: 'Paint the hall', customer_id: customer.id, start_date: { year: 2026, month: 3, day: 1 } },
  });
  const worker = (await connection.call('UserService', 'ListUsers', { role: 'ROLE_WORKER' })).users[0];
  await connection.call('JobService', 'AssignJob', { job_id: job.id, user_id: worker.id });
  await connection.call('JobService', 'ChangeJobStatus', { job_id: job.id, status: 'JOB_STATUS_IN_PROGRESS' });
  await connection.expectError('FAILED_PRECONDITION', 'STATUS_TRANSITION_INVALID', 'JobService', 'ChangeJobStatus', {
    job_id: job.id, status: 'JOB_STATUS_NOT_STARTED',
  });
  const history = await connection.call('JobService', 'ListJobStatusHistory', { job_id: job.id });
  assert.equal(history.job_status_history[0].to_status, 'JOB_STATUS_IN_PROGRESS');
  const active = await allPages(connection, 'JobService', 'ListActiveJobs', 'active_jobs');
  const row = active.find(each => each.job.id === job.id);
  assert.deepEqual([row.customer_name, row.assigned_workers.map(each => each.name)], ['Node Byron', [worker.name]]);
  const assigned = await connection.call('JobService', 'ListAssignedJobs', { user_id: worker.id });
  assert.ok(assigned.assigned_jobs.some(each => each.job.id === job.id));
  await connection.call('JobService', 'UnassignJob', { job_id: job.id, user_id: worker.id });
  assert.deepEqual((await connection.call('JobService', 'ListJobs', { customer_id: customer.id })).jobs.map(each => each.id), [job.id]);
  return job;
}

async function materials(connection, job) {
  const { material } = await connection.call('MaterialService', 'AddMaterial', {
    material: { job_id: job.id, item_name: 'Primer', quantity: '2.5', unit: 'l' },
  });
  await connection.call('MaterialService', 'MarkPurchased', { material_id: material.id });
  const { materials } = await connection.call('MaterialService', 'ListChecklist', { job_id: job.id });
  assert.deepEqual(materials.map(each => [each.item_name, each.quantity, each.purchased]), [['Primer', '2.5', true]]);
  await connection.call('MaterialService', 'DeleteMaterial', { material_id: material.id });
}

async function users(connection) {
  const { user } = await connection.call('UserService', 'GetUser', { user_id: connection.user.id });
  assert.equal(user.email, 'owner@khscrm.com');
}

async function activity(connection, customer) {
  const { activity_logs } = await connection.call('ActivityService', 'ListActivity', { entity_type: 'customer', entity_id: customer.id });
  assert.ok(activity_logs.length >= 2);
}

async function operations(connection) {
  const { sync_status } = await connection.call('OperationsService', 'GetSyncStatus', {});
  assert.equal(sync_status.open_streams, 0);
  assert.ok(Array.isArray((await connection.call('OperationsService', 'ListDevices', {})).devices));
}

// What another service does: it trades its key for an access token, with no password anywhere.
async function serviceAccounts(connection) {
  const { service_account, key } = await connection.call('ServiceAccountService', 'CreateServiceAccount', {
    name: 'Bookkeeping', role: 'ROLE_OWNER',
  });
  await connection.call('AuthService', 'ExchangeServiceKey', { key });
  await connection.call('ServiceAccountService', 'RevokeServiceAccount', { user_id: service_account.user_id });
  const { service_accounts } = await connection.call('ServiceAccountService', 'ListServiceAccounts', {});
  assert.ok(service_accounts.every(each => each.user_id !== service_account.user_id));
}

// Pulls everything, as a device without a stream would.
async function sync(connection) {
  let last;
  for await (const response of connection.open('SyncService', 'Pull', {})) last = response;
  assert.ok(last.delta.checkpoint);
  connection.calls++;
  console.log('ok SyncService.Pull');
}

async function allPages(connection, service, method, field) {
  const rows = [];
  let page_token = '';
  do {
    const page = await connection.call(service, method, { page_size: 2, page_token });
    rows.push(...page[field]);
    page_token = page.next_page_token;
  } while (page_token);
  return rows;
}
