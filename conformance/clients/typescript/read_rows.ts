// A program written against the generated types: it is compiled strictly, then reads real rows.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

// An answer may also be CSV; this program asks for none.
type Json = "application/json" | "application/problem+json";
const client = createClient<paths, Json>({ baseUrl: process.argv[2] });

const tasks = await client.GET("/v1/tasks", { params: { query: { area: ["xxjyj-2023-a3"] } } });
assert.ok(tasks.data);
assert.equal(tasks.data.meta.total, 6);
assert.deepEqual(tasks.data.data.map((task) => task.number), [7, 8, 9, 10, 11, 12]);

const target = await client.GET("/v1/targets/{code}", {
  params: { path: { code: "xxjyj-2023-public-kindergarten-share" } },
});
assert.ok(target.data);
const value: number | null = target.data.data.value;
assert.equal(value, 60);
assert.equal(target.data.data.value_status, "stated");

const refused = await client.GET("/v1/tasks", { params: { query: { area: ["xxjyj-2023-a33"] } } });
assert.equal(refused.response.status, 422);
const problem: components["schemas"]["Problem"] | undefined = refused.error;
assert.equal(problem?.status, 422);
assert.equal(problem.errors?.[0]?.suggestion, "xxjyj-2023-a3");
