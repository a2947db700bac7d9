// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

import OpenAI from 'openai';
import { countingFetch, env, run, tool } from './common.mjs';

const client = new OpenAI({ baseURL: env.baseURL, apiKey: env.apiKey, fetch: countingFetch });

const messages = [
  { role: 'system', content: 'You repeat what you are told.' },
  { role: 'user', content: [{ type: 'text', text: env.text }] },
];

async function plain() {
  const answer = await client.chat.completions.create({ model: env.model, messages });
  return { text: answer.choices[0].message.content, finish: answer.choices[0].finish_reason, id: answer.id, usage: answer.usage };
}

async function stream() {
  const out = { text: '', finish: '' };
  const events = await client.chat.completions.create({
    model: env.model, messages, stream: true, stream_options: { include_usage: true },
  });
  for await (const chunk of events) {
    out.id = chunk.id;
    out.text += chunk.choices[0]?.delta.content ?? '';
    out.finish = chunk.choices[0]?.finish_reason ?? out.finish;
    out.usage = chunk.usage ?? out.usage;
  }
  return out;
}

// The library's own helper calls the function and sends its result back.
async function tools(streamed) {
  const seen = [];
  const runner = client.chat.completions.runTools({
    model: env.model,
    messages,
    stream: streamed,
    tools: [{
      type: 'function',
      function: {
        name: tool.name,
        description: tool.description,
        parameters: tool.schema,
        parse: JSON.parse,
        function: ({ who }) => { seen.push(who); return `found ${who}`; },
      },
    }],
  });
  return { text: await runner.finalContent(), arguments: seen };
}

async function abort() {
  const events = await client.chat.completions.create({ model: env.model, messages, stream: true });
  let text = '';
  for await (const chunk of events) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (text.length > 0) break; // leaving the loop aborts the request
  }
  return { text, aborted: events.controller.signal.aborted };
}

async function models() {
  const page = await client.models.list();
  return { models: page.data.map((model) => model.id).sort() };
}

await run({
  plain,
  stream,
  abort,
  models,
  tools: () => tools(false),
  'tools-stream': () => tools(true),
});
