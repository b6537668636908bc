-- %% [markdown]
-- # Data
-- A dataset has named columns. Labels are ids from 1 that keep the names of the file.
-- %%
local iris = lab.data.iris()
print(iris)
print(iris:labels("y"))

-- %% [markdown]
-- Datasets are values: selecting, filtering and splitting give new ones.
-- %%
local train, test = iris:split(0.7, { by = "y", rng = lab.rng(1) })
print(#train, #test)

-- %% [markdown]
-- An ordering is an object, with a fingerprint that is recorded with every run. Here: easy examples first, where easy means
-- close to the mean of all.
-- %%
local distance = (train.x - train.x:mean(1)):square():sum(2)
local scored = train:with("difficulty", distance)
local easy_first = scored:order{ by = "difficulty", pace = lab.pace.linear(0.2, 1.0) }
print(easy_first, easy_first:fingerprint())

for step, batch in scored:batches(16, { steps = 6, order = easy_first, rng = lab.rng(2) }) do
  print(step, string.format("mean difficulty %.2f", batch.difficulty:mean():item()))
end
