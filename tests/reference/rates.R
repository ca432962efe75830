# Writes rates_<data>.csv and rates_parameters.csv beside this file from R's spdep, spData and stats.
# Rscript tests/reference/rates.R tests/reference
# Written with R 4.2.2, spdep 1.2-7, spData 2.2.1; tests compare to 1e-10.
suppressMessages({library(spdep); library(spData)})
options(digits = 16)
out <- commandArgs(trailingOnly = TRUE)[1]

links <- function(nb) sapply(nb, function(i) if (identical(as.integer(i), 0L)) "" else paste(i, collapse = " "))
save <- function(table, name) write.csv(format(table, digits = 16, trim = TRUE), file.path(out, name),
                                        row.names = FALSE, quote = TRUE, eol = "\n")

parameters <- list()
rates <- function(data, id, events, population, nb) {
  poisson <- EBest(events, population)
  binomial <- EBest(events, population, family = "binomial")
  near <- EBlocal(events, population, nb, zero.policy = TRUE, geoda = TRUE)
  z <- suppressMessages(EBImoran.mc(events, population, nb2listw(nb, style = "B", zero.policy = TRUE),
                                    nsim = 1, zero.policy = TRUE))
  local <- localmoran(z$z, nb2listw(nb, style = "W", zero.policy = TRUE), zero.policy = TRUE)
  ends <- t(mapply(function(y, x) c(poisson.test(y)$conf.int, binom.test(y, x)$conf.int * x),
                   events, population))
  fit <- attr(poisson, "parameters")
  parameters[[length(parameters) + 1]] <<- data.frame(
    data = data, a = fit$a, b = fit$b, spread = attr(binomial, "parameters")$a,
    eb_moran = z$statistic[[1]])
  save(data.frame(id = id, neighbours = links(nb), events = events, population = population,
                  raw = poisson$raw, poisson = poisson$estmm, binomial = binomial$estmm,
                  local = near$est, local_mean = attr(near, "parameters")$m,
                  local_variance = attr(near, "parameters")$a, z = z$z, moran = local[, 1],
                  poisson_lower = ends[, 1], poisson_upper = ends[, 2],
                  binomial_lower = ends[, 3], binomial_upper = ends[, 4]),
       paste0("rates_", data, ".csv"))
}

data(auckland, package = "spData")
rates("auckland", rownames(auckland), auckland$Deaths.1977.85, 9 * auckland$Under.5.1981, auckland.nb)
data(nc.sids, package = "spData")
rates("sids74", rownames(nc.sids), nc.sids$SID74, nc.sids$BIR74, ncCC89.nb)
rates("sids79", rownames(nc.sids), nc.sids$SID79, nc.sids$BIR79, ncCC89.nb)
# the same counties, half of whose births are taken for events: not rare, to try the binomial
rates("nonwhite", rownames(nc.sids), nc.sids$NWBIR74, nc.sids$BIR74, ncCC89.nb)

save(do.call(rbind, parameters), "rates_parameters.csv")
