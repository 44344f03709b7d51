package io.reactivestore.cache.window;

class MemoryWindowStoreContractTest implements WindowStoreContract {

    private final Stage stage = new Stage();

    @Override
    public Stage stage() {
        return stage;
    }
}
