// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// What both clients share. A script runs one scenario, named by its argument,
// against BASE_URL with API_KEY and MODEL, says TEXT, and prints one line of
// JSON: what an application would have seen.

export const env = {
  baseURL: process.env.BASE_URL,
  apiKey: process.env.API_KEY,
  model: process.env.MODEL,
  text: process.env.TEXT,
};

// The requests made and the interactions the answers named.
const calls = [];

// A fetch that counts, so that retries show.
export async function countingFetch(url, init) {
  const call = {};
  calls.push(call);
  const response = await fetch(url, init);
  call.status = response.status;
  call.interaction = response.headers.get('counterfoil-interaction') ?? '';
  return response;
}

// The description of the one tool the scenarios offer.
export const tool = {
  name: 'look_up',
  description: 'Looks a person up',
  schema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
};

function failure(error) {
  return {
    class: error.constructor.name,
    status: error.status ?? 0,
    message: error.message,
    type: error.type ?? error.error?.error?.type ?? error.error?.type ?? '',
    code: error.code ?? '',
  };
}

export async function run(scenarios) {
  const result = {};
  try {
    Object.assign(result, await scenarios[process.argv[2]]());
  } catch (error) {
    if (error instanceof TypeError) throw error; // a fault of the script
    result.error = failure(error);
  }
  console.log(JSON.stringify({ ...result, calls }));
}
