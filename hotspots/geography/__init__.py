"""Geography: units of analysis, who neighbours whom, and ways over the street network."""
