# The chores are in build/task, so that they work without make as well.
.PHONY: demo test e2e build dev lint soak power-cut sim sabotage screenshots bench-county bench-kit
demo test e2e build dev lint soak power-cut sim sabotage screenshots bench-county bench-kit:
	@go run ./build/task $@ $(ARGS)
